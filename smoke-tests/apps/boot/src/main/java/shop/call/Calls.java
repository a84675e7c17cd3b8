// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import shop.call.Caller.Answer;

/** Calls onward with the client that is asked for; an exception becomes 502 and its text. */
@Component
class Calls {
  private final Map<String, Caller> callers;

  Calls(List<Caller> callers) {
    this.callers = callers.stream().collect(Collectors.toMap(Caller::name, Function.identity()));
  }

  ResponseEntity<String> call(Order order) {
    try {
      Answer answer =
          callers.get(order.client).call(order.method, URI.create(order.url), order.body);
      return ResponseEntity.status(answer.status()).body(answer.body());
    } catch (Exception e) {
      return ResponseEntity.status(502).body(chain(e));
    }
  }

  static String chain(Throwable e) {
    return e.getCause() == null ? e.toString() : e + " <- " + chain(e.getCause());
  }

  /** The query of a request to CallController. */
  static class Order {
    String url;
    String client = "rest-template";
    String method = "GET";
    String body = "";

    public void setUrl(String url) {
      this.url = url;
    }

    public void setClient(String client) {
      this.client = client;
    }

    public void setMethod(String method) {
      this.method = method;
    }

    public void setBody(String body) {
      this.body = body;
    }
  }
}
