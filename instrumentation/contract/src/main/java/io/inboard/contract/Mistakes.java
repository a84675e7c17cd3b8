// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.contract;

import io.inboard.call.Attempt;
import io.inboard.call.Call;
import io.inboard.call.Contexts;
import io.inboard.call.Endpoint;
import io.inboard.call.HeaderView;
import io.inboard.call.Inboard;
import io.inboard.call.Inbound;
import io.inboard.call.InboundTls;
import io.inboard.call.Outbound;
import io.inboard.call.OutboundRequest;
import io.inboard.call.Step;
import io.inboard.call.TlsPlan;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Cores, calls and endpoints of a mesh that makes mistakes. */
public final class Mistakes {
  private Mistakes() {}

  /** Puts a core into force that begins calls like this, and encrypts what goes to one host. */
  public static void serve(String encrypted, Outbound begins) {
    Outbound core =
        new Outbound() {
          @Override
          public Call begin(OutboundRequest request) {
            return begins.begin(request);
          }

          @Override
          public boolean mustEncrypt(String host, int port) {
            return host.equals(encrypted);
          }
        };
    Inboard.serve(new Inboard.Core(core, Inbound.PASS, InboundTls.DISABLED, Contexts.NONE));
  }

  /** Puts a core into force that can begin no call, and encrypts what goes to one host. */
  public static void serveBroken(String encrypted) {
    serve(
        encrypted,
        request -> {
          throw new IllegalStateException("on purpose");
        });
  }

  /** The same call, which breaks once there is a response. */
  public static Call breakingAfterwards(Call call) {
    return new BreaksAfterwards(call);
  }

  /** The same endpoint, which nobody knows how to secure. */
  public static Endpoint withBrokenTls(TestEndpoint endpoint) {
    return new BrokenTls(endpoint);
  }

  private record BreaksAfterwards(Call call) implements Call {
    @Override
    public Step first() {
      return call.first();
    }

    @Override
    public Step responded(Attempt attempt, int status, HeaderView headers) {
      return call.responded(attempt, status, headers);
    }

    @Override
    public Step failed(Attempt attempt, Throwable error, Progress progress) {
      return call.failed(attempt, error, progress);
    }

    @Override
    public int bodyWanted() {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public void abandoned() {
      call.abandoned();
    }

    @Override
    public void done() {
      call.done();
    }
  }

  private record BrokenTls(TestEndpoint endpoint) implements Endpoint {
    @Override
    public InetSocketAddress address() {
      return endpoint.address();
    }

    @Override
    public Object poolKey() {
      return endpoint.poolKey();
    }

    @Override
    public Optional<TlsPlan> tls() {
      throw new IllegalStateException("on purpose");
    }
  }
}
