// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.instrumentation.jetty;

import io.inboard.weave.Advice;
import org.eclipse.jetty.server.Request;

/**
 * The servlets of Jakarta EE 9 and of Java EE 8 above Jetty 12: handlers as they were in Jetty 11
 * and 10, with requests of their own, nested in one handler of Jetty 12. What an application sets
 * there as an attribute reaches Jetty's request by itself.
 */
final class NestedAdvice {
  private NestedAdvice() {}

  /** {@code HttpChannel#handle} of Jakarta EE 9. */
  static final class Channel9 {
    private Channel9() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object channel) {
      return ServletAdvice.activate((Request) JettyMembers.REQUEST_9.call(channel));
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      ServletAdvice.close(entered);
    }
  }

  /** {@code ServletHolder#handle} of Jakarta EE 9. */
  static final class Servlet9 {
    private Servlet9() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Object nested) {
      Object mapping = JettyMembers.MAPPING_9.call(nested);
      if (mapping != null) {
        ServletAdvice.route(
            (Request) JettyMembers.CORE_9.call(nested),
            (String) JettyMembers.PATTERN_9.call(mapping));
      }
    }
  }

  /** {@code HttpChannel#handle} of Java EE 8. */
  static final class Channel8 {
    private Channel8() {}

    @Advice.OnMethodEnter
    static Object enter(@Advice.This Object channel) {
      return ServletAdvice.activate((Request) JettyMembers.REQUEST_8.call(channel));
    }

    @Advice.OnMethodExit(onThrowable = true)
    static void exit(@Advice.Enter Object entered) {
      ServletAdvice.close(entered);
    }
  }

  /** {@code ServletHolder#handle} of Java EE 8. */
  static final class Servlet8 {
    private Servlet8() {}

    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(0) Object nested) {
      Object mapping = JettyMembers.MAPPING_8.call(nested);
      if (mapping != null) {
        ServletAdvice.route(
            (Request) JettyMembers.CORE_8.call(nested),
            (String) JettyMembers.PATTERN_8.call(mapping));
      }
    }
  }
}
