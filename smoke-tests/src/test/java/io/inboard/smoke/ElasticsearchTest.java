// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import io.inboard.smoke.support.Cases;
import io.inboard.smoke.support.Faults;
import io.inboard.smoke.support.FaultyServer;
import io.inboard.smoke.support.Http;
import io.inboard.smoke.support.Jdks;
import io.inboard.smoke.support.Service;
import io.inboard.smoke.support.Yaml;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls by the low-level client of Elasticsearch 8, and by Apache HttpAsyncClient 4 below it. */
class ElasticsearchTest extends ClientStory {
  private static final int CALLS = 10;
  private static final String RETRIES =
      "retries: {attempts: 2, retryOn: \"connect-failure,reset-before-request,"
          + "reset-before-response,503\"}";

  @Override
  Service.Builder app(String name) {
    return Service.elasticsearch(name, Jdks.own());
  }

  @Override
  List<String> clients() {
    return List.of(
        "elasticsearch", "elasticsearch-async", "httpasyncclient", "httpasyncclient-minimal");
  }

  @Test
  void anInstanceThatBreaksCostsNoGetAndNoPostArrivesTwice() throws Exception {
    try (Cases.Pool pool = new Cases.Pool(2);
        Service front = searching(pool.destination("search", RETRIES))) {
      pool.get(0).fault(Faults.resetAfterRequest());
      for (String client : List.of("elasticsearch", "elasticsearch-async")) {
        for (int i = 0; i < CALLS; i++) {
          assertThat(get(front, client, "/" + client + i, "http://search").statusCode())
              .isEqualTo(200);
        }
      }
      pool.servers.forEach(FaultyServer::forget);
      for (int i = 0; i < CALLS; i++) {
        Http.get(front.callUrl("elasticsearch", "http://search/post" + i) + "&method=POST&body=1");
      }
      assertThat(FaultyServer.byTarget(pool.servers))
          .hasSize(CALLS)
          .allSatisfy((target, times) -> assertThat(times).as(target).isEqualTo(1));
    }
  }

  /** The mesh has sent it again as often as it may; the client has no other node. */
  @Test
  void whatTheMeshSendsAgainTheClientDoesNot() throws Exception {
    try (Cases.Pool pool = new Cases.Pool(2);
        Service front = searching(pool.destination("search", RETRIES))) {
      pool.servers.forEach(server -> server.fault(Faults.status(503)));
      assertThat(get(front, "elasticsearch", "/", "http://search").statusCode()).isEqualTo(503);
      assertThat(pool.count()).isEqualTo(3);
    }
  }

  /** What the client knows as a node is a host to the mesh, with instances of its own. */
  @Test
  void theClientGoesToItsNextNodeOnceWhenAllInstancesOfOneAreGone() throws Exception {
    try (Cases.Pool one = new Cases.Pool(2);
        Cases.Pool two = new Cases.Pool(2);
        Service front =
            searching(one.destination("one", RETRIES) + two.destination("two", RETRIES))) {
      one.servers.forEach(FaultyServer::close);
      for (int i = 0; i < CALLS; i++) {
        assertThat(get(front, "elasticsearch", "/" + i, "http://one,http://two").statusCode())
            .isEqualTo(200);
      }
      assertThat(FaultyServer.byTarget(two.servers))
          .hasSize(CALLS)
          .allSatisfy((target, times) -> assertThat(times).as(target).isEqualTo(1));
    }
  }

  private Service searching(String destinations) {
    return app("web").agent(Yaml.service("web").destinations(destinations)).start();
  }

  private static HttpResponse<String> get(Service front, String client, String path, String nodes)
      throws Exception {
    String first = nodes.split(",")[0];
    return Http.get(front.callUrl(client, first + path) + "&nodes=" + Service.encode(nodes));
  }
}
