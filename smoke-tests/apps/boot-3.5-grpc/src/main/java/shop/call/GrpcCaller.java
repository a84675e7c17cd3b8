// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import javax.net.ssl.KeyManagerFactory;
import org.springframework.stereotype.Component;
import shop.common.SystemStores;

/**
 * gRPC over grpc-netty-shaded, waiting: one call of {@code shop.Echo/Unary}, whose message is what
 * follows the first slash of the URL. {@code https}: mutual TLS by the JVM's stores.
 */
@Component
class GrpcCaller implements Caller {
  private static final Text TEXT = new Text();
  private static final MethodDescriptor<String, String> UNARY =
      MethodDescriptor.newBuilder(TEXT, TEXT)
          .setType(MethodType.UNARY)
          .setFullMethodName("shop.Echo/Unary")
          .build();

  private final String name;
  private final BiFunction<String, ChannelCredentials, ManagedChannelBuilder<?>> transport;

  /** By scheme and authority. */
  private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();

  GrpcCaller() {
    this("grpc", io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder::forTarget);
  }

  GrpcCaller(
      String name, BiFunction<String, ChannelCredentials, ManagedChannelBuilder<?>> transport) {
    this.name = name;
    this.transport = transport;
  }

  /** The same over grpc-netty and the application's own Netty. */
  @Component
  static class Unshaded extends GrpcCaller {
    Unshaded() {
      super("grpc-netty", NettyChannelBuilder::forTarget);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Answer call(String method, URI uri, String body) {
    ManagedChannel channel =
        channels.computeIfAbsent(
            uri.getScheme() + "://" + uri.getRawAuthority(), key -> channel(uri));
    String path = uri.getRawPath().substring(1);
    String message = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    return new Answer(
        200, ClientCalls.blockingUnaryCall(channel, UNARY, CallOptions.DEFAULT, message));
  }

  private ManagedChannel channel(URI uri) {
    ChannelCredentials credentials =
        uri.getScheme().equals("https")
            ? mutual(SystemStores.keys().orElseThrow())
            : InsecureChannelCredentials.create();
    return transport.apply(uri.getRawAuthority(), credentials).build();
  }

  private static ChannelCredentials mutual(KeyManagerFactory keys) {
    return TlsChannelCredentials.newBuilder()
        .keyManager(keys.getKeyManagers())
        .trustManager(SystemStores.trust().getTrustManagers())
        .build();
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
