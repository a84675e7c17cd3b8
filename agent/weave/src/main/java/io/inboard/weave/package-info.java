// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * Hooks as data in, woven classes out. Knows no library and no mesh.
 *
 * <p>The rules of an advice class, beyond those of {@link Advice}:
 *
 * <ul>
 *   <li>The woven method calls it through {@code invokedynamic}, so advice is ordinary Java that a
 *       debugger steps through. It lives in the same package as its {@link Library}, is loaded once
 *       for each class loader of the application that has a woven class, and sees the library's
 *       types as well as {@code io.inboard.call}.
 *   <li>Its methods' signatures name JDK types and public types of the library only, never a type
 *       of ours: the woven class must be able to see them. Pass {@code Object} instead.
 *   <li>It throws nothing: what escapes is caught at the call site, counted, reported, and the
 *       method's result is null, zero or false, so that the woven method runs as without us. Where
 *       that would let pass what must be refused, the class has a second static method of the same
 *       name with a leading {@code Throwable} parameter; its result is used instead. An error for
 *       the application travels as a value ({@link Advice.ToThrown}).
 * </ul>
 */
package io.inboard.weave;
