// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.springframework.web.context.request.RequestAttributes.SCOPE_REQUEST;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Random;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Large bodies in both directions. */
@RestController
class FileController {
  static final int SIZE = 300_000;
  private static final String SENDFILE = "org.apache.tomcat.sendfile.";

  /** By Tomcat's sendfile, where the connector hands the file to the channel; else copied. */
  @GetMapping("/sendfile")
  ResponseEntity<Resource> sendfile() throws Exception {
    byte[] bytes = new byte[SIZE];
    new Random(1).nextBytes(bytes);
    Path file = Files.write(Files.createTempFile("shop", ".bin"), bytes);
    file.toFile().deleteOnExit();
    ResponseEntity.BodyBuilder answer =
        ResponseEntity.ok().contentLength(SIZE).header("x-sha256", sha256(bytes));
    RequestAttributes request = RequestContextHolder.currentRequestAttributes();
    if (request.getAttribute(SENDFILE + "support", SCOPE_REQUEST) == null) {
      return answer.body(new FileSystemResource(file));
    }
    request.setAttribute(SENDFILE + "filename", file.toString(), SCOPE_REQUEST);
    request.setAttribute(SENDFILE + "start", 0L, SCOPE_REQUEST);
    request.setAttribute(SENDFILE + "end", (long) SIZE, SCOPE_REQUEST);
    return answer.build();
  }

  /** Lines with a pause between them, flushed one by one. */
  @GetMapping("/stream")
  StreamingResponseBody stream(
      @RequestParam("lines") int lines, @RequestParam("millis") long millis) {
    return out -> {
      for (int i = 0; i < lines; i++) {
        out.write(("line " + i + "\n").getBytes(UTF_8));
        out.flush();
        try {
          Thread.sleep(millis);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    };
  }

  @PostMapping("/upload")
  String upload(@RequestParam("file") MultipartFile file) throws Exception {
    return file.getSize() + " " + sha256(file.getBytes());
  }

  private static String sha256(byte[] bytes) throws GeneralSecurityException {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
    return String.format("%064x", new BigInteger(1, digest));
  }
}
