// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.frameworks;

import feign.Client;
import feign.Feign;
import feign.FeignException;
import feign.Headers;
import feign.RequestLine;
import feign.Target;
import java.net.URI;

/** Calls by Feign, with its own repetitions as they are by default. */
final class FeignCaller implements Caller {
  private final Api api;

  private FeignCaller(Feign.Builder feign) {
    api = feign.target(Target.EmptyTarget.create(Api.class));
  }

  /** What Feign takes when nothing is said. */
  static Caller byItself() {
    return new FeignCaller(Feign.builder());
  }

  static Caller by(Client client) {
    return new FeignCaller(Feign.builder().client(client));
  }

  @Override
  public Answer call(String method, URI url, String body) {
    try {
      return new Answer(200, body == null ? api.get(url) : api.post(url, body));
    } catch (FeignException e) {
      if (e.status() > 0) {
        return new Answer(e.status(), e.contentUTF8());
      }
      throw e;
    }
  }

  /** As an application declares it, but for the URL, which is the caller's. */
  interface Api {
    @RequestLine("GET")
    String get(URI url);

    @RequestLine("POST")
    @Headers("Content-Type: text/plain")
    String post(URI url, String body);
  }
}
