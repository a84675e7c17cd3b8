// Licensed under the Apache License, Version 2.0; see LICENSE.
package sample;

/** Stands for a library: what the tests weave. */
public class Library {
  public static class Part {
    public String say() {
      return "plain part";
    }
  }

  private String secret = "secret";

  public String greet(String name) {
    return "hello " + name;
  }

  public String late(String name) {
    return "late " + name;
  }

  public String start(String name) {
    return "started " + name;
  }

  public boolean allowed() {
    return true;
  }

  public String highBit() {
    return "not skipped";
  }

  public String part() {
    return new Part().say();
  }

  String secret() {
    return secret;
  }
}
