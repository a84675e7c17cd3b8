// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.plain;

import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A web application, with a class loader and a thread of its own that has everything to hand down,
 * calls by both clients of the JDK and is undeployed. Argument: a URL. Prints a line for each
 * thread that began meanwhile, with what it inherited, and whether the class loader went: it would
 * stay for an inheritable thread local or the access control context of a thread, too.
 */
public final class HostileCaller {
  private HostileCaller() {}

  public static void main(String[] arguments) throws Exception {
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    ThreadGroup group = new ThreadGroup("application");
    WeakReference<ClassLoader> application = deployed(group, arguments[0]);
    boolean gone = false;
    // What the JDK's own client has started ends once the client is collected.
    for (int i = 0; i < 150 && !gone; i++) {
      System.gc();
      Thread.sleep(100);
      gone = application.get() == null && group.activeCount() == 0;
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (!before.contains(thread)) {
        look(thread, group);
      }
    }
    System.out.println("class loader " + (application.get() == null ? "gone" : "held"));
  }

  private static void look(Thread thread, ThreadGroup group) {
    ThreadGroup in = thread.getThreadGroup();
    String what = "";
    if (in != null && group.parentOf(in)) {
      what += " group";
    }
    if (thread.getContextClassLoader() instanceof Application) {
      what += " context class loader";
    }
    if (thread.getPriority() == Thread.MAX_PRIORITY) {
      what += " priority";
    }
    if (thread.getUncaughtExceptionHandler() instanceof Handler) {
      what += " handler";
    }
    System.out.println("thread " + thread.getName() + (what.isEmpty() ? "" : " inherited" + what));
  }

  private static WeakReference<ClassLoader> deployed(ThreadGroup group, String url)
      throws Exception {
    URL jar = HostileCaller.class.getProtectionDomain().getCodeSource().getLocation();
    Application loader = new Application(jar);
    Runnable calls =
        (Runnable)
            loader.loadClass(Calls.class.getName()).getConstructor(String.class).newInstance(url);
    Thread thread = new Thread(group, calls, "application");
    thread.setContextClassLoader(loader);
    thread.setPriority(Thread.MAX_PRIORITY);
    thread.setUncaughtExceptionHandler(new Handler());
    thread.start();
    thread.join();
    return new WeakReference<>(loader);
  }

  private static final class Application extends URLClassLoader {
    Application(URL jar) {
      super(new URL[] {jar}, ClassLoader.getPlatformClassLoader());
    }
  }

  private static final class Handler implements Thread.UncaughtExceptionHandler {
    @Override
    public void uncaughtException(Thread thread, Throwable error) {
      System.out.println("failed " + error);
    }
  }

  /** Loaded by the application's loader. */
  public static final class Calls implements Runnable {
    private static final InheritableThreadLocal<Calls> HANDED_DOWN = new InheritableThreadLocal<>();

    private final String url;

    public Calls(String url) {
      this.url = url;
    }

    @Override
    public void run() {
      HANDED_DOWN.set(this);
      try {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        try (InputStream in = connection.getInputStream()) {
          System.out.println("url-connection " + new String(in.readAllBytes()));
        }
        ExecutorService own = Executors.newFixedThreadPool(2);
        HttpClient client = HttpClient.newBuilder().executor(own).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        System.out.println("jdk " + client.send(request, BodyHandlers.ofString()).body());
        own.shutdown();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
