// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** A WebSocket of java.net.http: opens it, says the body, and answers with the first message. */
@Component
class WebSocketCaller implements Caller {
  private final HttpClient client = HttpClient.newHttpClient();

  @Override
  public String name() {
    return "web-socket";
  }

  @Override
  public Answer call(String method, URI uri, String body) throws Exception {
    First first = new First();
    WebSocket socket =
        client.newWebSocketBuilder().buildAsync(uri, first).get(10, TimeUnit.SECONDS);
    try {
      socket.sendText(body, true).get(10, TimeUnit.SECONDS);
      return new Answer(200, first.message.get(10, TimeUnit.SECONDS));
    } finally {
      socket.abort();
    }
  }

  private static final class First implements WebSocket.Listener {
    private final CompletableFuture<String> message = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        message.complete(text.toString());
      }
      socket.request(1);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      message.completeExceptionally(error);
    }
  }
}
