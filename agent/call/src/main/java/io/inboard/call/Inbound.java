// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call;

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
   * Whether an error inside a hook on this port must become a refusal (503) instead of letting the
   * request pass: STRICT mutual TLS or authorization is in force.
   */
  boolean failsClosed(int localPort);
}
