// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;

/**
 * Keeps the mesh's session out of the application's context, which was asked for plaintext: of one
 * that is there, the library's pool keeps the connection for the user whom the session names.
 */
final class TlsHidden {
  private static final boolean IS_FIELD = AsyncMembers.SET_TLS.isThere();

  private TlsHidden() {}

  static void from(HttpContext context) {
    if (IS_FIELD && context instanceof HttpCoreContext core) {
      AsyncMembers.SET_TLS.call(core, null);
    } else {
      context.removeAttribute(HttpCoreContext.SSL_SESSION);
    }
  }
}
