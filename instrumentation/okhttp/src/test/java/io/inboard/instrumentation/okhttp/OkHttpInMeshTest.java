// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.okhttp;

import io.inboard.contract.MeshClientContract;
import io.inboard.contract.Request;
import io.inboard.contract.Response;

/** Under the whole mesh. */
final class OkHttpInMeshTest extends MeshClientContract {
  private final Application application = new Application();

  @Override
  protected String libraryName() {
    return OkHttpHooks.NAME;
  }

  @Override
  protected Response send(Request request) throws Exception {
    return application.send(request);
  }
}
