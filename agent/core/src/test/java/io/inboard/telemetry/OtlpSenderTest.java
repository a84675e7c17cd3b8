// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.telemetry;

import static io.inboard.http.ScriptedServer.OK;
import static io.inboard.http.ScriptedServer.Turn.say;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.http.ScriptedServer;
import io.inboard.http.ScriptedServer.Asked;
import io.inboard.http.ScriptedServer.Turn;
import io.inboard.time.VirtualTime;
import io.opentelemetry.exporter.otlp.internal.GzipCompressor;
import io.opentelemetry.exporter.sender.okhttp.internal.OkHttpHttpSenderProvider;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages, retries and answers; the pauses on a virtual clock. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtlpSenderTest {
  private final VirtualTime time = new VirtualTime();
  private final List<Long> pauses = new ArrayList<>();
  private ScriptedServer server;

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /** As the exporters' builders hand it over. */
  private record Config(URI getEndpoint, Compressor getCompressor, RetryPolicy getRetryPolicy)
      implements HttpSenderConfig {
    @Override
    public String getContentType() {
      return "application/x-protobuf";
    }

    @Override
    public Duration getTimeout() {
      return Duration.ofSeconds(10);
    }

    @Override
    public Duration getConnectTimeout() {
      return Duration.ofSeconds(10);
    }

    @Override
    public Supplier<Map<String, List<String>>> getHeadersSupplier() {
      return () -> Map.of("User-Agent", List.of("test"), "X-Key", List.of("a", "b"));
    }

    @Override
    public ProxyOptions getProxyOptions() {
      return null;
    }

    @Override
    public SSLContext getSslContext() {
      return null;
    }

    @Override
    public X509TrustManager getTrustManager() {
      return null;
    }

    @Override
    public ExecutorService getExecutorService() {
      return null;
    }
  }

  private record Message(byte[] bytes, int getContentLength) implements MessageWriter {
    Message(byte[] bytes) {
      this(bytes, bytes.length);
    }

    @Override
    public void writeMessage(OutputStream out) throws IOException {
      out.write(bytes);
    }
  }

  /** What came of one message: one of the two. */
  private record Result(Optional<HttpResponse> response, Optional<Throwable> error) {
    int status() {
      return response.orElseThrow().getStatusCode();
    }
  }

  private static Result send(HttpSender sender, MessageWriter message) throws Exception {
    List<Result> results = new ArrayList<>();
    Consumer<Result> done =
        result -> {
          synchronized (results) {
            results.add(result);
            results.notifyAll();
          }
        };
    sender.send(
        message,
        response -> done.accept(new Result(Optional.of(response), Optional.empty())),
        error -> done.accept(new Result(Optional.empty(), Optional.of(error))));
    synchronized (results) {
      while (results.isEmpty()) {
        results.wait();
      }
      return results.get(0);
    }
  }

  private Config to(Turn... turns) throws IOException {
    server = new ScriptedServer(turns);
    return new Config(server.uri("/v1/traces"), null, RetryPolicy.getDefault());
  }

  private Result send(Config config) throws Exception {
    OtlpSender sender =
        new OtlpSender(
            config,
            time,
            time,
            nanos -> {
              pauses.add(nanos);
              time.pass(nanos);
            });
    Result result = send(sender, new Message(new byte[] {1, 2, 3}));
    sender.shutdown();
    return result;
  }

  private static String answer(int status, String more) {
    return "HTTP/1.1 " + status + " Said\r\n" + more + "Content-Length: 0\r\n\r\n";
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void whatMayPassIsTriedAgain(int status) throws Exception {
    assertThat(send(to(say(answer(status, "")), say(OK))).status()).isEqualTo(200);
    assertThat(server.asked())
        .extracting(Asked::body)
        .containsOnly(new byte[] {1, 2, 3})
        .hasSize(2);
    assertThat(pauses).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {307, 400, 401, 404, 413, 500, 501})
  void whatWillNotPassIsNotTriedAgain(int status) throws Exception {
    assertThat(send(to(say(answer(status, "Location: /x\r\n")), say(OK))).status())
        .isEqualTo(status);
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void pausesGrowAndVaryAndTheFifthAttemptIsTheLast() throws Exception {
    RetryPolicy patient =
        RetryPolicy.builder()
            .setInitialBackoff(Duration.ofMillis(1_000))
            .setBackoffMultiplier(1.5)
            .setMaxBackoff(Duration.ofMillis(2_000))
            .build();
    Config config = to(say(answer(503, "")));
    assertThat(send(new Config(config.getEndpoint(), null, patient)).status()).isEqualTo(503);
    assertThat(server.asked()).hasSize(5);
    long[] expected = {1_000, 1_500, 2_000, 2_000};
    assertThat(pauses).hasSize(4);
    for (int i = 0; i < expected.length; i++) {
      assertThat(pauses.get(i))
          .isBetween(
              TimeUnit.MILLISECONDS.toNanos(expected[i]) / 10 * 8,
              TimeUnit.MILLISECONDS.toNanos(expected[i]) / 10 * 12);
    }
  }

  @Test
  void aServerSaysWhenItWantsToBeAskedAgain() throws Exception {
    Config config =
        to(say(answer(503, "Retry-After: 3\r\n")), say(answer(429, "Retry-After: 0\r\n")), say(OK));
    assertThat(send(config).status()).isEqualTo(200);
    assertThat(pauses).containsExactly(TimeUnit.SECONDS.toNanos(3), 0L);
  }

  @Test
  void nothingIsSentAfterTheTimeoutThatTheServerAsksToWaitBeyond() throws Exception {
    assertThat(send(to(say(answer(503, "Retry-After: 60\r\n")), say(OK))).status()).isEqualTo(503);
    assertThat(pauses).containsExactly(TimeUnit.SECONDS.toNanos(10));
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void aRetryAfterThatMeansNothingIsNotObeyed() throws Exception {
    send(to(say(answer(503, "Retry-After: soon\r\n")), say(OK)));
    assertThat(pauses)
        .singleElement()
        .satisfies(nanos -> assertThat(nanos).isBetween(800_000_000L, 1_200_000_000L));
  }

  @Test
  void withoutAPolicyNothingIsSentTwice() throws Exception {
    Config config = to(say(answer(503, "")), say(OK));
    assertThat(send(new Config(config.getEndpoint(), null, null)).status()).isEqualTo(503);
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void aDeadPortIsTriedAgain() throws Exception {
    Config config = to(say(OK));
    server.close();
    assertThat(send(config).error()).containsInstanceOf(ConnectException.class);
    assertThat(pauses).hasSize(4);
  }

  @Test
  void anAnswerThatBrokeOffIsNotTriedAgain() throws Exception {
    Config config =
        to(
            peer -> {
              peer.write("HTTP/1.1 20");
              peer.socket().close();
            });
    assertThat(send(config).error()).containsInstanceOf(EOFException.class);
    assertThat(pauses).isEmpty();
  }

  @Test
  void anInterruptEndsTheRetriesAndIsKept() throws Exception {
    Config config = to(say(answer(503, "")));
    OtlpSender sender =
        new OtlpSender(
            config,
            time,
            time,
            nanos -> {
              throw new InterruptedException();
            });
    assertThat(send(sender, new Message(new byte[1])).status()).isEqualTo(503);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(server.asked()).hasSize(1);
  }

  /** ExportTracePartialSuccess: two spans rejected, and why. */
  @Test
  void aPartialSuccessReachesTheExporterWithWhatItSays() throws Exception {
    String partial = "\n\6\10\2\22\2no";
    Result result =
        send(
            to(
                say(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
                        + partial.length()
                        + "\r\n\r\n"
                        + partial)));
    assertThat(result.status()).isEqualTo(200);
    assertThat(result.response().orElseThrow().getResponseBody())
        .isEqualTo(partial.getBytes(ISO_8859_1));
  }

  @Test
  void aCompressedMessageSaysSo() throws Exception {
    Config config = to(say(OK));
    send(new Config(config.getEndpoint(), new GzipCompressor(), null));
    Asked asked = server.asked().get(0);
    assertThat(asked.headers()).containsEntry("content-encoding", "gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(asked.body())).readAllBytes())
        .isEqualTo(new byte[] {1, 2, 3});
  }

  @Test
  void aMessageOfUnknownLengthIsSentWhole() throws Exception {
    Config config = to(say(OK));
    OtlpSender sender = new OtlpSender(config);
    assertThat(send(sender, new Message(new byte[] {4, 5}, -1)).status()).isEqualTo(200);
    assertThat(server.asked().get(0).body()).isEqualTo(new byte[] {4, 5});
  }

  /** What a collector sees is what it saw of the SDK's own sender, but for how a length is told. */
  @ParameterizedTest
  @ValueSource(ints = {200, 202, 400, 401, 413, 500})
  void aCollectorSeesWhatItSeesOfTheSdksSender(int status) throws Exception {
    String body = "HTTP/1.1 " + status + " Said\r\nContent-Length: 2\r\n\r\nhm";
    Config config = to(say(body));
    HttpSender theirs = new OkHttpHttpSenderProvider().createSender(config);
    HttpSender ours = new OtlpSender(config);
    Result expected = send(theirs, new Message(new byte[] {1, 2, 3}));
    Result found = send(ours, new Message(new byte[] {1, 2, 3}));
    theirs.shutdown();
    ours.shutdown();
    assertThat(found.status()).isEqualTo(expected.status());
    HttpResponse answered = found.response().orElseThrow();
    assertThat(answered.getStatusMessage())
        .isEqualTo(expected.response().orElseThrow().getStatusMessage());
    assertThat(answered.getResponseBody())
        .isEqualTo(expected.response().orElseThrow().getResponseBody());
    Asked of = server.asked().get(1);
    assertThat(of.line()).isEqualTo(server.asked().get(0).line());
    assertThat(of.body()).isEqualTo(server.asked().get(0).body());
    // Connections are kept without a word in HTTP/1.1.
    Map<String, String> headers = new TreeMap<>(server.asked().get(0).headers());
    headers.remove("connection");
    assertThat(new TreeMap<>(of.headers())).isEqualTo(headers);
  }
}
