// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.apachehttpclient5;

import static io.inboard.contract.Eventually.eventually;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.core5.pool.ManagedConnPool;

/** The library's pool after calls. */
final class Pools {
  private Pools() {}

  /** Waits until no call has a connection. */
  static void allGivenBack(Application application) throws Exception {
    eventually(
        () -> application.pool.getTotalStats().getLeased() == 0,
        () -> "all connections given back: " + application.pool.getTotalStats());
    application.client.close();
  }

  /** From now on who waits for a connection gives up, and is handed one before this shows. */
  static void waitingTooLong(PoolingHttpClientConnectionManager manager) throws Exception {
    Field field = PoolingHttpClientConnectionManager.class.getDeclaredField("pool");
    field.setAccessible(true);
    Object own = field.get(manager);
    field.set(
        manager,
        Proxy.newProxyInstance(
            ManagedConnPool.class.getClassLoader(),
            new Class<?>[] {ManagedConnPool.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(own, arguments);
              return method.getName().equals("lease") ? new TooLate<>((Future<?>) result) : result;
            }));
  }

  /**
   * A wait that ends right before it is over.
   *
   * @param own the pool's
   * @param waited whether it was waited for
   */
  private record TooLate<T>(Future<T> own, AtomicBoolean waited) implements Future<T> {
    TooLate(Future<T> own) {
      this(own, new AtomicBoolean());
    }

    @Override
    public T get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      T result = own.get(timeout, unit);
      if (waited.compareAndSet(false, true)) {
        throw new TimeoutException("on purpose");
      }
      return result;
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
      return own.get();
    }

    @Override
    public boolean cancel(boolean interrupts) {
      return own.cancel(interrupts);
    }

    @Override
    public boolean isCancelled() {
      return own.isCancelled();
    }

    @Override
    public boolean isDone() {
      return own.isDone();
    }
  }
}
