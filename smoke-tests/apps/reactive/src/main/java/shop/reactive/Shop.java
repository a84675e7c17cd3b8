// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.reactive;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.client.HttpClient;
import shop.common.Figures;
import shop.common.SystemStores;

/** Says hello, by annotated handlers and by a functional one. */
@SpringBootApplication
@RestController
public class Shop {
  private final WebClient client = client();
  private final Figures figures = new Figures();

  public static void main(String[] arguments) {
    SpringApplication.run(Shop.class, arguments);
  }

  /** With mutual TLS to {@code https}, where this JVM has a key store. */
  private static WebClient client() {
    return SystemStores.keys().map(Shop::clientWith).orElseGet(WebClient::create);
  }

  private static WebClient clientWith(KeyManagerFactory keys) {
    Http11SslContextSpec mutual =
        Http11SslContextSpec.forClient()
            .configure(tls -> tls.keyManager(keys).trustManager(SystemStores.trust()));
    HttpClient netty = HttpClient.create().secure(spec -> spec.sslContext(mutual));
    return WebClient.builder().clientConnector(new ReactorClientHttpConnector(netty)).build();
  }

  @GetMapping("/hello")
  String hello() {
    return "hello from netty";
  }

  @GetMapping("/items/{id}")
  Mono<String> item(@PathVariable String id) {
    return Mono.delay(Duration.ofMillis(20)).map(passed -> "item " + id);
  }

  @GetMapping({"/who", "/who/{why}"})
  String who(@Value("${shop.name}") String name) {
    return name;
  }

  /**
   * What another service answers.
   *
   * @param pause in milliseconds, before the call and after it
   */
  @GetMapping("/relay")
  Mono<String> relay(@RequestParam URI url, @RequestParam(defaultValue = "0") int pause) {
    Mono<String> answer = client.get().uri(url).retrieve().bodyToMono(String.class);
    Duration each = Duration.ofMillis(pause);
    return pause == 0 ? answer : Mono.delay(each).then(answer).delayElement(each);
  }

  /** The same of a POST. */
  @PostMapping("/relay")
  Mono<String> relayed(@RequestParam URI url, @RequestBody String body) {
    return client.post().uri(url).bodyValue(body).retrieve().bodyToMono(String.class);
  }

  @GetMapping("/figures")
  Map<String, Long> figures(@RequestParam(defaultValue = "false") boolean gc) {
    return figures.now(gc);
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
