// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.apache.cxf.jaxrs.client.WebClient;
import org.glassfish.jersey.apache.connector.ApacheConnectorProvider;
import org.glassfish.jersey.client.ClientConfig;
import org.glassfish.jersey.client.JerseyClientBuilder;
import org.jboss.resteasy.client.jaxrs.internal.ResteasyClientBuilderImpl;

/** All of them, each as an application would make it that says nothing of its own. */
final class Callers {
  private static final Map<String, Caller> ALL =
      Map.ofEntries(
          Map.entry("feign", FeignCaller.byItself()),
          Map.entry("feign-apache4", FeignCaller.by(new feign.httpclient.ApacheHttpClient())),
          Map.entry("feign-apache5", FeignCaller.by(new feign.hc5.ApacheHttp5Client())),
          Map.entry("feign-okhttp", FeignCaller.by(new feign.okhttp.OkHttpClient())),
          Map.entry("feign-jdk", FeignCaller.by(new feign.http2client.Http2Client())),
          Map.entry("retrofit", new RetrofitCaller()),
          Map.entry("rest-template", SpringCallers.restTemplate()),
          Map.entry("rest-client", SpringCallers.restClient()),
          Map.entry("http-interface", SpringCallers.httpInterface()),
          Map.entry("jersey", jaxRs(new JerseyClientBuilder().build())),
          Map.entry(
              "jersey-apache4",
              jaxRs(
                  JerseyClientBuilder.createClient(
                      new ClientConfig().connectorProvider(new ApacheConnectorProvider())))),
          Map.entry("resteasy", jaxRs(new ResteasyClientBuilderImpl().build())),
          Map.entry("cxf", cxf(false)),
          Map.entry("cxf-url-connection", cxf(true)));

  private Callers() {}

  static Caller of(String name) {
    Caller caller = ALL.get(name);
    if (caller == null) {
      throw new IllegalArgumentException("no client " + name + " but " + ALL.keySet());
    }
    return caller;
  }

  private static Caller jaxRs(Client client) {
    return (method, url, body) -> {
      Invocation.Builder request = client.target(url).request();
      try (Response response =
          body == null ? request.method(method) : request.method(method, Entity.text(body))) {
        return new Caller.Answer(response.getStatus(), response.readEntity(String.class));
      }
    };
  }

  /** By the JDK's client, or by its older one. */
  private static Caller cxf(boolean urlConnection) {
    return (method, url, body) -> {
      WebClient client = WebClient.create(url).type("text/plain");
      WebClient.getConfig(client)
          .getRequestContext()
          .put("force.urlconnection.http.conduit", urlConnection);
      try (Response response = client.invoke(method, body)) {
        return new Caller.Answer(response.getStatus(), response.readEntity(String.class));
      } finally {
        client.close();
      }
    };
  }
}
