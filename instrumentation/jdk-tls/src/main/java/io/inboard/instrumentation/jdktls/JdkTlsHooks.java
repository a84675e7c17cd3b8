// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jdktls;

import static io.inboard.weave.Member.method;

import io.inboard.weave.Library;
import io.inboard.weave.Unit;

/**
 * The server name of Istio's sidecars. They send {@code
 * outbound_.8080_._.pay.shop.svc.cluster.local} in every ClientHello; {@code SNIHostName(byte[])}
 * reads it by {@code IDN.toASCII(name, USE_STD3_ASCII_RULES)}, which knows no underscore, so that a
 * server of the JDK ends the handshake with {@code illegal_parameter} before it has looked at any
 * certificate (istio/istio#52004, grpc/grpc-java#11353; JDK 17 to 25).
 */
public final class JdkTlsHooks implements Library {
  @Override
  public Unit unit() {
    return Unit.named("jdk-tls")
        .relyingOn("javax.net.ssl.SNIHostName", method("<init>", "[B"))
        .weave("java.net.IDN", method("toASCII", "java.lang.String", "int"), ServerName.class)
        .build();
  }
}
