// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.weave;

import static net.bytebuddy.matcher.ElementMatchers.isDeclaredBy;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.asm.MemberSubstitution;
import net.bytebuddy.asm.MemberSubstitution.Substitution.Chain.Step.ForDelegation;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.TypeResolutionStrategy;
import net.bytebuddy.dynamic.VisibilityBridgeStrategy;
import net.bytebuddy.dynamic.scaffold.InstrumentedType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.pool.TypePool;

/**
 * Weaves one class; the one place that knows Byte Buddy. Changes method bodies only, so that
 * classes already loaded, other agents and shared archives keep working.
 */
final class ClassWeaver {
  private final Method bootstrap;
  private final ClassFileLocator adviceFiles;
  private final ClassFileLocator libraryFiles;
  private final TypePool libraryTypes;
  private final String className;

  ClassWeaver(
      Class<?> dispatcher,
      ClassLoader agentLoader,
      ClassLoader loader,
      String className,
      byte[] classFile)
      throws NoSuchMethodException {
    this.bootstrap =
        dispatcher.getMethod(
            "bootstrap",
            MethodHandles.Lookup.class,
            String.class,
            MethodType.class,
            Object[].class);
    this.adviceFiles = new LoaderFiles(agentLoader);
    // The class as other agents left it; the rest of the library from its files.
    this.libraryFiles =
        new ClassFileLocator.Compound(
            ClassFileLocator.Simple.of(className, classFile), new LoaderFiles(loader));
    this.libraryTypes = TypePool.Default.WithLazyResolution.of(libraryFiles);
    this.className = className;
  }

  /** See {@link UnitState.FitCheck}. */
  String misfit(Unit unit) {
    return new Fitting(libraryTypes).misfit(unit);
  }

  /** The class file with those of the hooks that are meant for this class; null if none is. */
  byte[] weave(List<Unit.Hook> hooks) {
    List<Unit.Hook> mine =
        hooks.stream().filter(hook -> hook.classNames().contains(className)).toList();
    if (mine.isEmpty()) {
      return null;
    }
    TypeDescription type = libraryTypes.describe(className).resolve();
    TypePool advicePool =
        TypePool.Default.WithLazyResolution.of(
            new ClassFileLocator.Compound(adviceFiles, libraryFiles));
    DynamicType.Builder<?> builder =
        new ByteBuddy()
            .with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE)
            .with(VisibilityBridgeStrategy.Default.NEVER)
            .with(InstrumentedType.Factory.Default.FROZEN)
            .decorate(type, libraryFiles);
    for (Unit.Hook hook : mine) {
      TypeDescription advice = advicePool.describe(hook.advice()).resolve();
      ElementMatcher<MethodDescription> methods = method -> Fitting.matches(hook.method(), method);
      builder =
          builder.visit(
              switch (hook.kind()) {
                case AROUND -> around(advice, methods);
                case CONSTRUCTION -> construction(advice, methods);
              });
    }
    return builder.make(TypeResolutionStrategy.Disabled.INSTANCE, libraryTypes).getBytes();
  }

  private AsmVisitorWrapper around(
      TypeDescription advice, ElementMatcher<MethodDescription> methods) {
    return Advice.withCustomMapping()
        .bootstrap(bootstrap)
        .with(new Advice.AssignReturned.Factory())
        .to(advice, adviceFiles)
        .on(methods);
  }

  private AsmVisitorWrapper construction(
      TypeDescription advice, ElementMatcher<MethodDescription> methods) {
    MethodDescription.InDefinedShape construct =
        advice
            .getDeclaredMethods()
            // Its Throwable variant has the same name.
            .filter(named("construct").and(not(takesArgument(0, Throwable.class))))
            .getOnly();
    return MemberSubstitution.relaxed()
        .constructor(isDeclaredBy(named(construct.getReturnType().asErasure().getName())))
        .replaceWithChain(ForDelegation.withCustomMapping().bootstrap(bootstrap).to(construct))
        .on(methods);
  }

  /** Class files as a loader finds them; null is the boot loader, asked through the platform's. */
  private record LoaderFiles(ClassLoader loader) implements ClassFileLocator {
    @Override
    public Resolution locate(String name) throws IOException {
      ClassLoader from = loader == null ? ClassLoader.getPlatformClassLoader() : loader;
      try (InputStream in = from.getResourceAsStream(name.replace('.', '/') + ".class")) {
        return in == null
            ? new Resolution.Illegal(name)
            : new Resolution.Explicit(in.readAllBytes());
      }
    }

    @Override
    public void close() {}
  }
}
