// Licensed under the Apache License, Version 2.0; see LICENSE.
package sample;

import java.util.function.Supplier;

/** A method of every shape that a weaver has to get right. */
public class Shapes {
  public static int counter = 7;

  private final String name;

  public Shapes() {
    this("nobody");
  }

  public Shapes(String name) {
    Journal.body("constructor", name);
    this.name = name;
  }

  public Shapes(long first, double second, Object... more) {
    Journal.body("long constructor", first, second, more);
    for (int i = 0; i < more.length; i++) {
      first += i;
    }
    this.name = first > 1 ? "many" : "few";
  }

  public void nothing() {
    Journal.body("nothing");
  }

  public static void nothingStatic(int a, long b) {
    if (a > 100) {
      return;
    }
    Journal.body("nothingStatic", a, b);
  }

  public boolean aBoolean(boolean a) {
    Journal.body("aBoolean", a);
    return a;
  }

  public byte aByte(byte a) {
    Journal.body("aByte", a);
    return a;
  }

  public char aChar(char a) {
    Journal.body("aChar", a);
    return a;
  }

  public short aShort(short a) {
    Journal.body("aShort", a);
    return a;
  }

  public int anInt(int a) {
    Journal.body("anInt", a);
    return a;
  }

  public long aLong(long a) {
    Journal.body("aLong", a);
    return a;
  }

  public float aFloat(float a) {
    Journal.body("aFloat", a);
    return a;
  }

  public double aDouble(double a) {
    Journal.body("aDouble", a);
    return a;
  }

  public String text(String a) {
    Journal.body("text", a);
    return a;
  }

  public int[] ints(int[] a) {
    Journal.body("ints", a);
    return a;
  }

  public String[][] grid(String... a) {
    Journal.body("grid", (Object) a);
    return new String[][] {a, null};
  }

  /** Wide arguments between narrow ones, some of which the body overwrites. */
  public static long mixed(int a, long b, double c, String d, byte[] e, float f) {
    Journal.body("mixed", a, b, c, d, e, f);
    long sum = a + b;
    for (byte each : e) {
      double scaled = each * c;
      sum += (long) scaled;
    }
    b = -1;
    d = null;
    return d == null ? sum + (long) f : b;
  }

  public static String mixedText(int a, long b, double c, String d) {
    Journal.body("mixedText", a, b, c, d);
    a = -1;
    c = -1;
    d = d + a;
    return d + b + c;
  }

  public synchronized int locked(int a) {
    Journal.body("locked", a, Thread.holdsLock(this));
    return a + 1;
  }

  public static synchronized String lockedStatic(String a) {
    Journal.body("lockedStatic", a, Thread.holdsLock(Shapes.class));
    return a + "!";
  }

  public long manyReturns(int a, long b) {
    switch (a) {
      case 1:
        return b;
      case 2:
        return -b;
      default:
        if (b > 3) {
          return 5L;
        }
    }
    Journal.body("manyReturns", a, b);
    return a > 10 ? a : b;
  }

  public String tries(String a) {
    try {
      Journal.body("tries", a);
      return a.trim();
    } catch (IllegalStateException e) {
      Journal.note("caught", e.getMessage());
      return "caught";
    } finally {
      Journal.note("at last");
    }
  }

  public int throwsFromFinally(int a) {
    try {
      Journal.body("throwsFromFinally", a);
    } finally {
      if (a > 0) {
        throw new UnsupportedOperationException("from finally");
      }
    }
    return a;
  }

  /** Its first instruction is the target of a jump. */
  public static int beginsWithALoop(int a) {
    while (a > 3) {
      a--;
    }
    Journal.body("beginsWithALoop", a);
    return a;
  }

  /** Returns while other values lie on the stack in some compilers' output. */
  public int conditional(int a, String b) {
    int base = 3;
    int sum = base * (b == null ? a : b.length()) + (a > 0 ? 1 : 0);
    Journal.body("conditional", a, b, sum);
    return sum;
  }

  public int factorial(int n) {
    Journal.body("factorial", n);
    return n < 2 ? 1 : n * factorial(n - 1);
  }

  public <T extends Comparable<T>> T most(T a, T b) {
    Journal.body("most", a, b);
    return a.compareTo(b) > 0 ? a : b;
  }

  public String lambda(String a) {
    Supplier<String> later = () -> a + name;
    Journal.body("lambda", a);
    return later.get();
  }

  public Object monitors(Object a) {
    synchronized (a) {
      Journal.body("monitors", a, Thread.holdsLock(a));
      return a;
    }
  }
}
