// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

import java.util.Optional;

/** Decides requests that arrive. Safe for use by any thread. */
public interface Inbound {
  /** What proxies and meshes tell an application of the peer that called it; lower case. */
  String FORWARDED_CLIENT_CERT = "x-forwarded-client-cert";

  /**
   * Lets everything pass without a span or a check, but removes what requests claim of their
   * sender's identity.
   */
  Inbound GUARDED =
      new Inbound() {
        @Override
        public boolean disabled() {
          return true;
        }

        @Override
        public boolean guardsIdentity() {
          return true;
        }

        @Override
        public InboundCall begin(InboundRequest request) {
          return InboundCall.UNTOUCHED;
        }

        @Override
        public boolean failsClosed(int localPort) {
          return false;
        }
      };

  /** Lets everything pass without a span or a check. */
  Inbound PASS =
      new Inbound() {
        @Override
        public boolean disabled() {
          return true;
        }

        @Override
        public InboundCall begin(InboundRequest request) {
          return InboundCall.UNTOUCHED;
        }

        @Override
        public boolean failsClosed(int localPort) {
          return false;
        }
      };

  /**
   * Whether every request is left alone for now (the kill switch): asked by hooks before they make
   * anything, so that a mesh that is switched off costs one read. May change at any time; says
   * nothing of the connections, which STRICT judges all the same.
   */
  default boolean disabled() {
    return false;
  }

  /**
   * Whether {@link #FORWARDED_CLIENT_CERT} from outside must not reach the application, on no port:
   * the settings speak of identity or of who may come in, so the application may believe it. Holds
   * while {@link #disabled}, too, and after an error of ours: adapters remove the header then by
   * themselves.
   */
  default boolean guardsIdentity() {
    return false;
  }

  /**
   * Begins one request, before the application sees it; neither blocks nor throws. The adapter asks
   * {@link InboundCall#verdict} next and reports {@link InboundCall#end} exactly once in every
   * case.
   */
  InboundCall begin(InboundRequest request);

  /**
   * Judges a connection whose requests no hook sees, since it speaks something else than HTTP:
   * once, when it is known who the peer is, and before the application gets its first byte.
   * Settings that come later do not end it. Neither blocks nor throws.
   *
   * @param peer who has proved an identity by mutual TLS of ours; empty: nobody
   * @return why it is to be closed, as one follows a colon; empty: it may be served
   */
  default Optional<String> judgeConnection(int localPort, Optional<PeerIdentity> peer) {
    return failsClosed(localPort) ? Optional.of("its requests cannot be judged") : Optional.empty();
  }

  /**
   * Whether an error inside a hook on this port must become a refusal (503) instead of letting the
   * request pass: STRICT mutual TLS or authorization is in force.
   */
  boolean failsClosed(int localPort);
}
