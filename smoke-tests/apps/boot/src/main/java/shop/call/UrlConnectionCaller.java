// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import org.springframework.stereotype.Component;

@Component
class UrlConnectionCaller implements Caller {
  @Override
  public String name() {
    return "url-connection";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod(method);
    if (!body.isEmpty()) {
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "text/plain");
      connection.getOutputStream().write(body.getBytes(UTF_8));
    }
    int status = connection.getResponseCode();
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      return new Answer(status, in == null ? "" : new String(in.readAllBytes(), UTF_8));
    }
  }
}
