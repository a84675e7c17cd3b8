// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.reactornetty.client;

import io.inboard.contract.StreamedClientContract;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;

/** By publishers. */
final class StreamedTest extends StreamedClientContract {
  @Override
  protected String libraryName() {
    return ReactorNettyClientHooks.NAME;
  }

  @Override
  protected InputStream stream(String url, Optional<InputStream> body) throws Exception {
    HttpClient client = HttpClient.create();
    Iterator<InputStream> pieces =
        (body.isPresent()
                ? client
                    .post()
                    .uri(url)
                    .send(
                        Flux.generate(
                            sink -> {
                              try {
                                byte[] piece = body.get().readNBytes(1 << 16);
                                if (piece.length == 0) {
                                  sink.complete();
                                } else {
                                  sink.next(Unpooled.wrappedBuffer(piece));
                                }
                              } catch (IOException e) {
                                sink.error(e);
                              }
                            }))
                : client.get().uri(url))
            .responseContent()
            .asInputStream()
            // Given at once: a chain of streams waits for its first one.
            .startWith(InputStream.nullInputStream())
            .toIterable(1)
            .iterator();
    return new SequenceInputStream(
        new Enumeration<InputStream>() {
          @Override
          public boolean hasMoreElements() {
            return pieces.hasNext();
          }

          @Override
          public InputStream nextElement() {
            return pieces.next();
          }
        });
  }
}
