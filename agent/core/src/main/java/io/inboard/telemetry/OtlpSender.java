// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import io.inboard.http.Deadline;
import io.inboard.http.HttpAnswer;
import io.inboard.http.HttpClient;
import io.inboard.http.HttpRequest;
import io.inboard.http.Proxies;
import io.inboard.http.Tls;
import io.inboard.time.Clock;
import io.inboard.time.Timer;
import io.opentelemetry.exporter.internal.RetryUtil;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Sends the exporters' messages over the agent's own small client. The SDK's sender does the same
 * over okhttp, which loads some 250 classes more before the first span has left.
 *
 * <p>It sends on the thread that exports, which is the signal's own: who exports waits for the
 * result in any case. Retries and their pauses are those of the SDK's sender, see {@link Retries}.
 */
final class OtlpSender implements HttpSender {
  private final HttpClient client;
  private final HttpSenderConfig config;
  private final long timeoutNanos;
  private final Timer timer;
  private final Clock clock;
  private final Retries.Pause pause;

  OtlpSender(HttpSenderConfig config) {
    this(config, Timer.PROCESS, Clock.SYSTEM, Retries.Pause.SLEEP);
  }

  /** With time that is handed in. */
  OtlpSender(HttpSenderConfig config, Timer timer, Clock clock, Retries.Pause pause) {
    this.config = config;
    this.timeoutNanos = nanos(config.getTimeout());
    this.timer = timer;
    this.clock = clock;
    this.pause = pause;
    URI endpoint = config.getEndpoint();
    Tls tls =
        config.getSslContext() == null
            ? null
            : new Tls(config.getSslContext(), Optional.ofNullable(config.getEnabledProtocols()));
    Proxies proxies =
        new Proxies(
            Optional.ofNullable(config.getProxyOptions()).map(ProxyOptions::getProxySelector));
    this.client = new HttpClient(endpoint, tls, proxies, config.getMaxResponseBodySize(), timer);
  }

  /** The longest durations stand for "without an end", and do not fit into nanoseconds. */
  private static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  @Override
  public void send(
      MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
    HttpAnswer answer;
    try (Deadline deadline = new Deadline(timer, clock, timeoutNanos)) {
      answer = send(request(message), deadline);
    } catch (IOException | RuntimeException e) {
      onError.accept(e);
      return;
    }
    onResponse.accept(new Answered(answer));
  }

  private HttpAnswer send(HttpRequest request, Deadline deadline) throws IOException {
    Retries retries = Retries.of(config.getRetryPolicy(), pause);
    while (true) {
      OptionalLong askedFor;
      HttpAnswer answer = null;
      IOException error = null;
      try {
        answer = client.send(request, deadline);
        if (!RetryUtil.retryableHttpResponseCodes().contains(answer.status())) {
          return answer;
        }
        askedFor = RetryUtil.retryAfterNanos(answer.header("retry-after").orElse(null));
      } catch (IOException e) {
        if (!retries.isWorthIt(e)) {
          throw e;
        }
        error = e;
        askedFor = OptionalLong.empty();
      }
      if (!retries.again(askedFor, deadline)) {
        if (error != null) {
          throw error;
        }
        return answer;
      }
    }
  }

  private HttpRequest request(MessageWriter message) throws IOException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    Map<String, List<String>> given = config.getHeadersSupplier().get();
    if (given != null) {
      headers.putAll(given);
    }
    add(headers, "Content-Type", config.getContentType());
    add(headers, "Accept-Encoding", "gzip, identity");
    Compressor compressor = config.getCompressor();
    int length = message.getContentLength();
    if (compressor == null && length >= 0) {
      return new HttpRequest("POST", headers, new Streamed(message, length));
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    if (compressor == null) {
      message.writeMessage(whole);
    } else {
      add(headers, "Content-Encoding", compressor.getEncoding());
      try (OutputStream compressed = compressor.compress(whole)) {
        message.writeMessage(compressed);
      }
    }
    return new HttpRequest("POST", headers, new Whole(whole));
  }

  private static void add(Map<String, List<String>> headers, String name, String value) {
    List<String> values = new ArrayList<>(headers.getOrDefault(name, List.of()));
    values.add(value);
    headers.put(name, values);
  }

  @Override
  public CompletableResultCode shutdown() {
    client.close();
    return CompletableResultCode.ofSuccess();
  }

  /** Written straight from the exporter's own buffers. */
  private record Streamed(MessageWriter message, int length) implements HttpRequest.Body {
    @Override
    public void writeTo(OutputStream out) throws IOException {
      message.writeMessage(out);
    }
  }

  /** Of a length that is known only when it is written. */
  private record Whole(ByteArrayOutputStream bytes) implements HttpRequest.Body {
    @Override
    public int length() {
      return bytes.size();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      bytes.writeTo(out);
    }
  }

  /** An answer as the exporters read it. */
  private record Answered(HttpAnswer answer) implements HttpResponse {
    @Override
    public int getStatusCode() {
      return answer.status();
    }

    @Override
    public String getStatusMessage() {
      return answer.reason();
    }

    @Override
    public byte[] getResponseBody() {
      return answer.body();
    }
  }
}
