// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The neutral words that every library and every policy speak. A hook translates its library into
 * them, a policy knows nothing else; so this package knows the JDK only, and changes rarely.
 */
package io.inboard.call;
