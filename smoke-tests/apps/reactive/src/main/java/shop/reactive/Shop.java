// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.reactive;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Says hello, by annotated handlers and by a functional one. */
@SpringBootApplication
@RestController
public class Shop {
  public static void main(String[] arguments) {
    SpringApplication.run(Shop.class, arguments);
  }

  @GetMapping("/hello")
  String hello() {
    return "hello from netty";
  }

  @GetMapping("/items/{id}")
  Mono<String> item(@PathVariable String id) {
    return Mono.delay(Duration.ofMillis(20)).map(passed -> "item " + id);
  }

  @GetMapping("/headers")
  Map<String, List<String>> headers(@RequestHeader MultiValueMap<String, String> headers) {
    return headers;
  }

  @Bean
  RouterFunction<ServerResponse> things() {
    return RouterFunctions.route()
        .GET(
            "/things/{id}",
            request -> ServerResponse.ok().bodyValue("thing " + request.pathVariable("id")))
        .build();
  }
}
