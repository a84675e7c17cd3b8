// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** WebClient over reactor-netty, for a thread that waits. */
@Component
class WebClientCaller implements Caller {
  private final WebClient client = WebClient.create();

  @Override
  public String name() {
    return "webclient";
  }

  @Override
  public Answer call(String method, URI uri, String body) {
    return answer(client, method, uri, body).block();
  }

  static Mono<Answer> answer(WebClient client, String method, URI uri, String body) {
    WebClient.RequestBodySpec request = client.method(HttpMethod.valueOf(method)).uri(uri);
    return (body.isEmpty() ? request : request.bodyValue(body))
        .exchangeToMono(
            response ->
                response
                    .bodyToMono(String.class)
                    .defaultIfEmpty("")
                    .map(text -> new Answer(response.statusCode().value(), text)));
  }

  /** The same, subscribed to on another thread. */
  @Component
  static class Elsewhere implements Caller {
    private final WebClient client = WebClient.create();

    @Override
    public String name() {
      return "webclient-elsewhere";
    }

    @Override
    public Answer call(String method, URI uri, String body) {
      return answer(client, method, uri, body).subscribeOn(Schedulers.boundedElastic()).block();
    }
  }
}
