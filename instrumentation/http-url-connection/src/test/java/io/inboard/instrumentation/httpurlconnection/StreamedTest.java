// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.httpurlconnection;

import io.inboard.contract.StreamedClientContract;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;

/** In chunks. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return HttpUrlConnectionHooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    if (body.isPresent()) {
      connection.setDoOutput(true);
      connection.setChunkedStreamingMode(1 << 16);
      try (OutputStream out = connection.getOutputStream()) {
        body.get().transferTo(out);
      }
    }
    return connection.getInputStream();
  }
}
