// Licensed under the Apache License, Version 2.0; see LICENSE.
/**
 * A text becomes nodes that know their line and column, from YAML or JSON, bounded in size, depth
 * and aliases. Knows no key of the settings.
 */
package io.inboard.settings.document;
