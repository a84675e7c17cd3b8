// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.call.GrpcStatus;
import io.inboard.call.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server that speaks HTTP/2 tells callers of gRPC, whether or not it serves any. */
public abstract class ServerGrpcContract extends ServerThreadsContract {
  /** Whether an empty answer ends with its head; where it does not, it is one of HTTP. */
  protected boolean endsWithHead() {
    return true;
  }

  /** As Envoy refuses one: a client of gRPC reads no other answer than that. */
  @Test
  void aRefusedCallOfGrpcIsToldWhyInGrpcsWords() throws Exception {
    if (!http2()) {
      return; // gRPC needs it.
    }
    if (!endsWithHead()) {
      mesh.verdicts(request -> new Verdict.Deny(403, "a test says so"));
      assertThat(
              Curl.with(client)
                  .get(
                      server.port(),
                      "/hello",
                      "--http2",
                      "-i",
                      "-H",
                      "content-type: application/grpc"))
          .startsWith("HTTP/2 403")
          .doesNotContain("grpc-status");
      return;
    }
    Map<Verdict.Deny, String> answers =
        Map.of(
            new Verdict.Deny(403, "a test says so"),
            "grpc-status: 7",
            new Verdict.Deny(503, "a test says so"),
            "grpc-status: 14",
            new Verdict.Deny(503, GrpcStatus.DEADLINE_EXCEEDED, "a test says so"),
            "grpc-status: 4");
    for (Map.Entry<Verdict.Deny, String> each : answers.entrySet()) {
      mesh.verdicts(request -> each.getKey());
      assertThat(
              Curl.with(client)
                  .get(
                      server.port(),
                      "/hello",
                      "--http2",
                      "-i",
                      "-H",
                      "content-type: application/grpc+proto",
                      "--data-binary",
                      "12345"))
          .startsWith("HTTP/2 200")
          .contains("content-type: application/grpc")
          .contains(each.getValue())
          .contains("grpc-message: ")
          .doesNotContain("a test says so");
      try (RawHttp2Connection wire = RawHttp2Connection.connect(server.port(), client)) {
        assertThat(wire.isHeadOnly(wire.callOfGrpc("/hello", "https"))).isTrue();
      }
    }
    assertThat(calls()).isZero();
    assertThat(mesh.ended(6))
        .allSatisfy(
            request -> {
              assertThat(request.ends().get(0).status()).isEqualTo(200);
              assertThat(request.grpcStatuses()).hasSize(1);
            });
  }
}
