// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.discovery;

import io.inboard.settings.Instance;
import java.util.List;
import java.util.function.Consumer;

/** The endpoints that settings list; see {@link ResolvedList}. */
public final class ListedSource implements EndpointSource {
  private final List<Instance> listed;
  private final Names names;

  /**
   * @param names resolves those that are listed by name
   */
  public ListedSource(List<Instance> listed, Names names) {
    this.listed = List.copyOf(listed);
    this.names = names;
  }

  @Override
  public AutoCloseable subscribe(Consumer<Update> subscriber) {
    ResolvedList resolved = new ResolvedList(names, subscriber);
    resolved.list(listed);
    return resolved;
  }
}
