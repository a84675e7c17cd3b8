// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Calls others as standard input says, until that ends. A line is {@code ID key=value ...} (see
 * {@link Order}), and is answered with one line, {@code result ID JSON}, when it is done; {@code ID
 * stop} makes that now. Orders run beside each other.
 */
public final class LoadClient {
  private LoadClient() {}

  public static void main(String[] arguments) throws IOException {
    ExecutorService calls = Executors.newCachedThreadPool();
    Map<String, Sender> senders =
        Map.of(
            "url-connection", new UrlConnectionSender(calls),
            "jdk", new JdkSender(calls),
            "jdk-async", new JdkAsyncSender(),
            "apache4", new Apache4Sender(calls),
            "apache5", new Apache5Sender(calls),
            "apache5-async", new Apache5AsyncSender(),
            "jetty", new JettySender(),
            "okhttp", new OkHttpSender(calls),
            "okhttp-async", new OkHttpAsyncSender());
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    System.out.println("load client is ready");
    Map<String, OpenLoop> running = new ConcurrentHashMap<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.endsWith(" stop")) {
        running.get(line.split(" ")[0]).stop();
        continue;
      }
      Order order = Order.parse(line);
      OpenLoop loop = new OpenLoop(order, senders.get(order.client()));
      running.put(order.id(), loop);
      Thread thread =
          new Thread(
              () -> {
                Results results = loop.run();
                running.remove(order.id());
                System.out.println("result " + order.id() + " " + results.json());
              },
              "load-" + order.id());
      thread.setDaemon(true);
      thread.start();
    }
    System.exit(0);
  }
}
