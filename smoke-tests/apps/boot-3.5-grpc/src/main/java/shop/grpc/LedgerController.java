// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import jakarta.annotation.PreDestroy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What the service of gRPC at {@code ledger} answers. */
@Lazy
@RestController
class LedgerController {
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER);

  private static final MethodDescriptor<String, String> UNARY =
      MethodDescriptor.newBuilder(new Text(), new Text())
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("shop.Echo/Unary")
          .build();

  private final ManagedChannel channel =
      NettyChannelBuilder.forTarget("ledger:80").usePlaintext().build();

  /** May be asked for twice, and says so. */
  @GetMapping("/entries/{id}")
  String entry(@PathVariable("id") String id) {
    Metadata headers = new Metadata();
    headers.put(KEY, UUID.randomUUID().toString());
    return ask(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
        id);
  }

  @PostMapping("/entries")
  String enter(@RequestBody String id) {
    return ask(channel, "pay " + id);
  }

  /**
   * What fails is said by status: left to itself, Spring takes an error whose cause is a connection
   * that was reset for its own client's, and answers 200 without a body.
   */
  private static String ask(Channel channel, String message) {
    try {
      return ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, message);
    } catch (StatusRuntimeException e) {
      throw new ResponseStatusException(HttpStatus.BAD_GATEWAY, e.getStatus().toString());
    }
  }

  @PreDestroy
  void end() {
    channel.shutdownNow();
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
