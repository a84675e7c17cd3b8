// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.micronaut;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Says hello by Micronaut. */
@Controller(produces = MediaType.TEXT_PLAIN)
public class MicronautService {
  /** Takes its port and its name. */
  public static void main(String[] arguments) {
    Micronaut.build(new String[0])
        .mainClass(MicronautService.class)
        .properties(
            Map.of(
                "micronaut.server.host",
                "127.0.0.1",
                "micronaut.server.port",
                Integer.valueOf(arguments[0])))
        .start();
    System.out.println(arguments[1] + " listens on " + arguments[0]);
  }

  @Get("/hello")
  String hello() {
    return "hello from micronaut";
  }

  @Get("/items/{id}")
  CompletableFuture<String> item(String id) {
    return CompletableFuture.supplyAsync(
        () -> "item " + id, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));
  }

  @Get("/blocking/{id}")
  @ExecuteOn(TaskExecutors.BLOCKING)
  String blocking(String id) {
    return "blocking " + id;
  }

  @Get("/headers")
  String headers(HttpHeaders headers) {
    StringBuilder text = new StringBuilder();
    headers.forEachValue(
        (name, value) -> text.append(name).append(": ").append(value).append('\n'));
    return text.toString();
  }
}
