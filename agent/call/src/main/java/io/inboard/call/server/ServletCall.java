// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.call.server;

import io.inboard.call.Contexts;

/**
 * A request that is being served, as the hooks of the servlets above its server see it: these may
 * be in another class loader, where the adapter's classes are others. Used by the thread that works
 * for the request.
 */
public interface ServletCall {
  /** Makes the request's context current until the scope is closed, by this thread. */
  Contexts.Scope activate();

  /** A framework's route; the first one counts, for an error page says its own. */
  void route(String route);

  /**
   * The servlets get the request, or a dispatch of it.
   *
   * @param mapping by which the servlet was found, with the context's path; empty: it says nothing
   * @return whether {@link #leave} follows; not for a servlet that another one calls
   */
  boolean enter(String mapping);

  /**
   * The servlets are done with it, on this thread.
   *
   * @param thrown what left them; null if nothing did
   */
  void leave(Throwable thrown);
}
