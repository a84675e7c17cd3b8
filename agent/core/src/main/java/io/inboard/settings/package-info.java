// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * The settings as immutable records that the whole agent knows, and the one form in which hosts and
 * paths are compared. Where they come from stands in the packages below; none of those is known
 * here.
 */
package io.inboard.settings;
