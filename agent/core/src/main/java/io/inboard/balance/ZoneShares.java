// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard.balance;

import java.util.List;

/**
 * How much of this JVM's traffic each zone gets, by what of it is healthy. Formulas: RATIONALE.md,
 * Zones (Envoy's zone aware routing, priority levels and locality weights). Pure.
 */
interface ZoneShares {
  /** Capacity that may fail before a zone gives load away: 1.4 of what is healthy (Envoy). */
  double OVERPROVISIONING = 1.4;

  /**
   * The part of each zone, in all 1; all 0 if nobody is healthy.
   *
   * @param healthy weight of the healthy endpoints of each zone
   * @param listed weight of all endpoints of each zone, more than 0
   */
  double[] of(double[] healthy, double[] listed);

  /**
   * The own zone first: min(1, u/o), u being its part of the healthy capacity and o that of the
   * callers who are there. How the callers are spread is not known, so they are assumed to be
   * spread as the listed endpoints are: while all endpoints are healthy, all traffic stays in its
   * zone. What does not stay goes where more is healthy than that zone's own callers need, in
   * proportion to max(0, u − o).
   */
  static ZoneShares preferring(int own) {
    return (healthy, listed) -> {
      double allHealthy = sum(healthy);
      double all = sum(listed);
      double[] shares = new double[healthy.length];
      if (allHealthy == 0) {
        return shares;
      }
      double local = Math.min(1, healthy[own] / allHealthy / (listed[own] / all));
      for (int i = 0; i < shares.length; i++) {
        shares[i] = i == own ? 0 : Math.max(0, healthy[i] / allHealthy - listed[i] / all);
      }
      scale(shares, 1 - local);
      shares[own] = local;
      return shares;
    };
  }

  /**
   * One level after the other: each takes up to 1.4 times its healthy part of the load, the next
   * one takes of the rest; if all together cannot, in proportion to what they can.
   *
   * @param levels indexes of zones; within one, by healthy capacity
   */
  static ZoneShares failingOver(List<int[]> levels) {
    return (healthy, listed) -> {
      double[] shares = new double[healthy.length];
      double left = 1;
      for (int[] level : levels) {
        double up = 0;
        double total = 0;
        for (int zone : level) {
          up += healthy[zone];
          total += listed[zone];
        }
        double takes = total == 0 ? 0 : Math.min(left, OVERPROVISIONING * up / total);
        for (int zone : level) {
          shares[zone] = up == 0 ? 0 : takes * healthy[zone] / up;
        }
        left -= takes;
      }
      scale(shares, 1);
      return shares;
    };
  }

  /**
   * Fixed parts; a zone that has lost more than a third of its capacity gives of its own to the
   * others.
   *
   * @param percent by zone
   */
  static ZoneShares distributing(double[] percent) {
    return (healthy, listed) -> {
      double[] shares = new double[healthy.length];
      for (int i = 0; i < shares.length; i++) {
        shares[i] = percent[i] * Math.min(1, OVERPROVISIONING * healthy[i] / listed[i]);
      }
      scale(shares, 1);
      return shares;
    };
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return sum;
  }

  private static void scale(double[] shares, double wanted) {
    double sum = sum(shares);
    for (int i = 0; i < shares.length && sum > 0; i++) {
      shares[i] *= wanted / sum;
    }
  }
}
