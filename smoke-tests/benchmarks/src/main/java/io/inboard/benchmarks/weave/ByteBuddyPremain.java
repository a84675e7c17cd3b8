// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.benchmarks.weave;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.inboard.boot.JavaBase;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.utility.JavaModule;

/**
 * An agent that weaves the same by Byte Buddy's agent builder, set to its leanest: types are found
 * in a map by their names, from class files only, without method graphs, validation or changes of a
 * class's format. Woven code calls the advice through the same dispatcher in java.base.
 */
public final class ByteBuddyPremain {
  private ByteBuddyPremain() {}

  public static void premain(String argument, Instrumentation instrumentation) throws Exception {
    JavaBase.enter(instrumentation).link(new LinkByName());
    Map<String, List<HookList.Hook>> hooks = HookList.read();
    new AgentBuilder.Default(
            new ByteBuddy()
                .with(TypeValidation.DISABLED)
                .with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE))
        .disableClassFormatChanges()
        .with(AgentBuilder.DescriptionStrategy.Default.POOL_ONLY)
        .with(AgentBuilder.PoolStrategy.Default.FAST)
        .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
        .ignore(none())
        .type(new Listed(hooks))
        .transform(new Weave(hooks))
        .installOn(instrumentation);
  }

  private record Listed(Map<String, List<HookList.Hook>> hooks)
      implements ElementMatcher<TypeDescription> {
    @Override
    public boolean matches(TypeDescription type) {
      return hooks.containsKey(type.getName());
    }
  }

  private static final class Weave implements AgentBuilder.Transformer {
    private final Map<String, List<HookList.Hook>> hooks;

    /** Made at the first class that is woven. */
    private Advice advice;

    Weave(Map<String, List<HookList.Hook>> hooks) {
      this.hooks = hooks;
    }

    @Override
    public synchronized DynamicType.Builder<?> transform(
        DynamicType.Builder<?> builder,
        TypeDescription type,
        ClassLoader loader,
        JavaModule module,
        java.security.ProtectionDomain domain) {
      if (advice == null) {
        advice = advice();
      }
      DynamicType.Builder<?> woven = builder;
      for (HookList.Hook hook : hooks.get(type.getName())) {
        ElementMatcher.Junction<MethodDescription> method = named(hook.method());
        woven =
            woven.visit(
                advice.on(
                    hook.parameters() < 0
                        ? method
                        : method.and(takesArguments(hook.parameters()))));
      }
      return woven;
    }

    private static Advice advice() {
      try {
        return Advice.withCustomMapping()
            .with(new Advice.AssignReturned.Factory())
            .bootstrap(
                Class.forName("java.lang.InboardDispatcher", true, null)
                    .getMethod(
                        "bootstrap",
                        MethodHandles.Lookup.class,
                        String.class,
                        MethodType.class,
                        Object.class),
                (method, enter) ->
                    (instrumentedType, instrumentedMethod) ->
                        List.of(
                            net.bytebuddy.utility.JavaConstant.Simple.ofLoaded(
                                ByteBuddyAround.class.getName())))
            .to(ByteBuddyAround.class);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static final class LinkByName implements Function<Object[], Object> {
    private static final MethodHandles.Lookup OWN = MethodHandles.lookup();

    @Override
    public Object apply(Object[] site) {
      try {
        return new ConstantCallSite(
            OWN.findStatic(
                Class.forName((String) site[3]), (String) site[1], (MethodType) site[2]));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
