// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.works;

import java.util.Map;

/** Libraries as users call them. */
final class Names {
  private static final Map<String, String> BY_UNIT =
      Map.ofEntries(
          Map.entry("apache-httpasyncclient4", "Apache HttpAsyncClient 4"),
          Map.entry("apache-httpclient4", "Apache HttpClient 4"),
          Map.entry("apache-httpclient5", "Apache HttpClient 5"),
          Map.entry("apache-httpclient5-async", "Apache HttpClient 5, async"),
          Map.entry("async-http-client", "AsyncHttpClient"),
          Map.entry("grpc-netty-client", "gRPC-Java over Netty"),
          Map.entry("grpc-okhttp-client", "gRPC-Java over OkHttp"),
          Map.entry("grpc-shaded-netty-client", "gRPC-Java over grpc-netty-shaded"),
          Map.entry("http-url-connection", "`HttpURLConnection`"),
          Map.entry("jdk-http-client", "`java.net.http.HttpClient`"),
          Map.entry("jdk-http-server", "`com.sun.net.httpserver`"),
          Map.entry("jetty", "Jetty"),
          Map.entry("jetty-client", "Jetty's client"),
          Map.entry("netty", "Netty"),
          Map.entry("netty-client", "Clients built of Netty's codecs"),
          Map.entry("okhttp", "OkHttp"),
          Map.entry("reactor-netty-client", "reactor-netty's client"),
          Map.entry("tomcat", "Tomcat"),
          Map.entry("undertow", "Undertow"),
          Map.entry("vertx-client", "Vert.x's client"));

  private Names() {}

  /**
   * @param unit as in {@code status}; one that is not listed here keeps this name
   */
  static String of(String unit) {
    return BY_UNIT.getOrDefault(unit, unit);
  }
}
