// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import feign.FeignException;
import java.net.URI;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.client.RestTemplate;

/** One of {@link CloudClients}. */
abstract class CloudCaller implements Caller {
  private final String name;

  private CloudCaller(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Answer call(String method, URI uri, String body) {
    try {
      return new Answer(200, text(method, uri, body));
    } catch (RestClientResponseException e) {
      return new Answer(e.getStatusCode().value(), e.getResponseBodyAsString());
    } catch (FeignException e) {
      if (e.status() < 0) {
        throw e;
      }
      return new Answer(e.status(), e.contentUTF8());
    }
  }

  abstract String text(String method, URI uri, String body);

  /** Over {@code HttpURLConnection}. */
  @Component
  static class ByRestTemplate extends CloudCaller {
    private final RestTemplate template;

    ByRestTemplate(RestTemplate template) {
      super("cloud-rest-template");
      this.template = template;
    }

    @Override
    String text(String method, URI uri, String body) {
      HttpEntity<String> entity = body.isEmpty() ? null : new HttpEntity<>(body);
      return template.exchange(uri, HttpMethod.valueOf(method), entity, String.class).getBody();
    }
  }

  /** Over {@code java.net.http}. */
  @Component
  static class ByRestClient extends CloudCaller {
    private final RestClient client;

    ByRestClient(RestClient.Builder builder) {
      super("cloud-rest-client");
      client = builder.build();
    }

    @Override
    String text(String method, URI uri, String body) {
      RestClient.RequestBodySpec request = client.method(HttpMethod.valueOf(method)).uri(uri);
      return (body.isEmpty() ? request : request.body(body)).retrieve().body(String.class);
    }
  }

  /** By Feign, over what it takes by itself. */
  @Component
  static class ByFeign extends CloudCaller {
    private final CloudClients.Api api;

    ByFeign(CloudClients.Api api) {
      super("cloud-feign");
      this.api = api;
    }

    @Override
    String text(String method, URI uri, String body) {
      return body.isEmpty() ? api.get(uri) : api.post(uri, body);
    }
  }
}
