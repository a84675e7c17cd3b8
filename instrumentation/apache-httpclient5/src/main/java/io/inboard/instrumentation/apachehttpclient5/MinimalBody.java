// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import java.io.IOException;
import java.util.Set;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;

/** The body that the application's exchange with a minimal client produces. */
record MinimalBody(AsyncClientExchangeHandler own, EntityDetails details)
    implements AsyncEntityProducer {
  /** Null for an exchange of the application's own, of which nobody knows. */
  private AsyncRequestProducer producer() {
    return AsyncMembers.EXCHANGE.isInstance(own)
        ? (AsyncRequestProducer) AsyncMembers.PRODUCER.get(own)
        : null;
  }

  @Override
  public boolean isRepeatable() {
    AsyncRequestProducer producer = producer();
    return producer != null && producer.isRepeatable();
  }

  /** From its start again. */
  @Override
  public void releaseResources() {
    AsyncRequestProducer producer = producer();
    if (producer != null) {
      producer.releaseResources();
    }
  }

  @Override
  public int available() {
    return own.available();
  }

  @Override
  public void produce(DataStreamChannel channel) throws IOException {
    own.produce(channel);
  }

  @Override
  public void failed(Exception cause) {}

  @Override
  public long getContentLength() {
    return details.getContentLength();
  }

  @Override
  public String getContentType() {
    return details.getContentType();
  }

  @Override
  public String getContentEncoding() {
    return details.getContentEncoding();
  }

  @Override
  public boolean isChunked() {
    return details.isChunked();
  }

  @Override
  public Set<String> getTrailerNames() {
    return details.getTrailerNames();
  }
}
