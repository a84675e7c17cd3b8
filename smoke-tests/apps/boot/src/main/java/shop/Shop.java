// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.web.socket.config.annotation.EnableWebSocket;

/** One service: calls others (CallController) and answers (the rest). Knows nothing of a mesh. */
@SpringBootApplication
@EnableAsync
@EnableWebSocket
public class Shop {
  public static void main(String[] arguments) {
    SpringApplication.run(Shop.class, arguments);
  }

  @Bean(destroyMethod = "shutdown")
  ExecutorService pool() {
    return Executors.newFixedThreadPool(4);
  }
}
