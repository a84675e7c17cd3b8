// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** RestClient over java.net.http. */
@Component
class RestClientCaller implements Caller {
  private final RestClient client =
      RestClient.builder().requestFactory(new JdkClientHttpRequestFactory()).build();

  @Override
  public String name() {
    return "rest-client";
  }

  @Override
  public Answer call(String method, URI uri, String body) {
    RestClient.RequestBodySpec request = client.method(HttpMethod.valueOf(method)).uri(uri);
    if (!body.isEmpty()) {
      request.body(body);
    }
    return request.exchange(
        (sent, answer) ->
            new Answer(
                answer.getStatusCode().value(),
                new String(answer.getBody().readAllBytes(), UTF_8)));
  }
}
