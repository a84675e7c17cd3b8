// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestTemplate;

/** RestTemplate over Apache HttpClient 4, which Spring 5 takes for it. */
@Component
class Apache4Caller implements Caller {
  private final RestTemplate template =
      new RestTemplate(new HttpComponentsClientHttpRequestFactory());

  @Override
  public String name() {
    return "apache4";
  }

  @Override
  public Answer call(String method, URI uri, String body) {
    HttpEntity<String> entity = body.isEmpty() ? null : new HttpEntity<>(body);
    try {
      String text =
          template.exchange(uri, HttpMethod.valueOf(method), entity, String.class).getBody();
      return new Answer(200, text == null ? "" : text);
    } catch (HttpStatusCodeException e) {
      return new Answer(e.getRawStatusCode(), e.getResponseBodyAsString());
    }
  }
}
