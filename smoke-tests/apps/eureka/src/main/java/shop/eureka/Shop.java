// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.eureka;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;

/** Where services register their instances, and others look for them. */
@SpringBootApplication
@EnableEurekaServer
public class Shop {
  public static void main(String[] arguments) {
    SpringApplication.run(Shop.class, arguments);
  }
}
