// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.StreamedClientContract;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okio.BufferedSink;
import okio.Okio;

/** By a body that writes itself. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    okhttp3.Request.Builder request = new okhttp3.Request.Builder().url(url);
    body.ifPresent(b -> request.post(new Streamed(b)));
    return new OkHttpClient().newCall(request.build()).execute().body().byteStream();
  }

  /** Of no length that is known. */
  private static final class Streamed extends RequestBody {
    private final InputStream body;

    Streamed(InputStream body) {
      this.body = body;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public MediaType contentType() {
      return null;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.writeAll(Okio.source(body));
    }
  }
}
