// Licensed under the Apache License, Version 2.0; see LICENSE.
package shop.quarkus;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Says hello by Quarkus REST. */
@QuarkusMain
public class QuarkusService {
  /** Takes its port and its name. */
  public static void main(String[] arguments) {
    System.setProperty("quarkus.http.port", arguments[0]);
    Quarkus.run(arguments);
  }
}
