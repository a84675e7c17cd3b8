// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestTemplate;

/** RestTemplate over HttpURLConnection, its usual way. */
@Component
class RestTemplateCaller implements Caller {
  private final RestTemplate template = new RestTemplate(new SimpleClientHttpRequestFactory());

  @Override
  public String name() {
    return "rest-template";
  }

  @Override
  public Answer call(String method, URI uri, String body) {
    HttpEntity<String> entity = body.isEmpty() ? null : new HttpEntity<>(body);
    try {
      ResponseEntity<String> answer =
          template.exchange(uri, HttpMethod.valueOf(method), entity, String.class);
      return new Answer(answer.getStatusCode().value(), text(answer.getBody()));
    } catch (HttpStatusCodeException e) {
      return new Answer(e.getStatusCode().value(), e.getResponseBodyAsString());
    }
  }

  private static String text(String body) {
    return body == null ? "" : body;
  }
}
