// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import java.net.URI;
import java.util.function.Supplier;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/** Calls by Spring's clients, which throw where a status is an error. */
final class SpringCallers {
  private SpringCallers() {}

  /** Over what it takes by itself, {@code HttpURLConnection}. */
  static Caller restTemplate() {
    RestTemplate template = new RestTemplate();
    return (method, url, body) ->
        answer(
            () ->
                template
                    .exchange(url, HttpMethod.valueOf(method), new HttpEntity<>(body), String.class)
                    .getBody());
  }

  /** Over {@code java.net.http}. */
  static Caller restClient() {
    RestClient client =
        RestClient.builder().requestFactory(new JdkClientHttpRequestFactory()).build();
    return (method, url, body) ->
        answer(
            () -> {
              RestClient.RequestBodySpec request =
                  client.method(HttpMethod.valueOf(method)).uri(url);
              return (body == null ? request : request.body(body)).retrieve().body(String.class);
            });
  }

  /** An interface with annotations, over what a RestClient takes by itself, HttpClient 5. */
  static Caller httpInterface() {
    Api api =
        HttpServiceProxyFactory.builderFor(RestClientAdapter.create(RestClient.create()))
            .build()
            .createClient(Api.class);
    return (method, url, body) -> answer(() -> body == null ? api.get(url) : api.post(url, body));
  }

  private static Caller.Answer answer(Supplier<String> call) {
    try {
      return new Caller.Answer(200, call.get());
    } catch (RestClientResponseException e) {
      return new Caller.Answer(e.getStatusCode().value(), e.getResponseBodyAsString());
    }
  }

  /** As an application declares it, but for the URL, which is the caller's. */
  interface Api {
    @GetExchange
    String get(URI url);

    @PostExchange(contentType = "text/plain")
    String post(URI url, @RequestBody String body);
  }
}
