// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.call;

import java.net.URI;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Clients as an application of Spring Cloud declares them: the host of a URL is the name of a
 * service, of which Spring Cloud LoadBalancer chooses an instance.
 */
@Configuration
@EnableFeignClients(clients = CloudClients.Api.class)
class CloudClients {
  @Bean
  @LoadBalanced
  RestTemplate balancedTemplate() {
    return new RestTemplate(new SimpleClientHttpRequestFactory());
  }

  @Bean
  @LoadBalanced
  RestClient.Builder balancedClient() {
    return RestClient.builder().requestFactory(new JdkClientHttpRequestFactory());
  }

  /** But for the URL, which is the caller's. */
  @FeignClient("any")
  interface Api {
    @GetMapping
    String get(URI url);

    @PostMapping
    String post(URI url, @RequestBody String body);
  }
}
