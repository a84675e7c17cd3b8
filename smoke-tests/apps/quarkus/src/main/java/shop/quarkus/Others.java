// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.quarkus;

import io.quarkus.rest.client.reactive.Url;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** Other services, by Quarkus' REST client. */
@Path("")
@RegisterRestClient(configKey = "others")
public interface Others {
  /** Waits for the answer. */
  @GET
  String get(@Url String url);

  /** Does not. */
  @GET
  Uni<String> ask(@Url String url);
}
