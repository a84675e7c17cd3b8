// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jettyclient;

import io.inboard.contract.StreamedClientContract;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;

/** By the library's own streams. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return JettyClientHooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    return Application.HERE.stream(URI.create(url), body);
  }
}
