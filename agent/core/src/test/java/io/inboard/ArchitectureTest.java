// Licensed under the Apache License, Version 2.0; see LICENSE.
package io.inboard;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * Who may know whom; nothing else. A newcomer may trust it: a package that is not named here knows
 * nobody.
 */
@AnalyzeClasses(packages = "io.inboard", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String JDK = "java..";
  private static final String JAVAX = "javax..";
  private static final String CALL = "io.inboard.call..";
  private static final String SETTINGS = "io.inboard.settings..";
  private static final String BALANCE = "io.inboard.balance..";
  private static final String TIME = "io.inboard.time..";
  private static final String OTEL = "io.opentelemetry..";

  @ArchTest static final ArchRule callKnowsTheJdk = knows("call");

  @ArchTest
  static final ArchRule settingsKnowTheirParser =
      knows(
          "settings",
          CALL,
          "com.fasterxml.jackson..",
          "org.yaml.snakeyaml..",
          "okhttp3..",
          "okio..",
          "kotlin..");

  @ArchTest static final ArchRule identityKnowsCallsAndSettings = knows("identity", CALL, SETTINGS);

  @ArchTest
  static final ArchRule discoveryKnowsCallsAndSettings = knows("discovery", CALL, SETTINGS);

  @ArchTest static final ArchRule balanceKnowsCallsAndSettings = knows("balance", CALL, SETTINGS);

  @ArchTest
  static final ArchRule telemetryKnowsItsSdk =
      knows("telemetry", CALL, SETTINGS, OTEL, "okhttp3..", "okio..", "kotlin..");

  @ArchTest static final ArchRule timeKnowsTheJdk = knows("time", CALL);

  @ArchTest
  static final ArchRule policyKnowsBalance = knows("policy", CALL, SETTINGS, BALANCE, TIME);

  @ArchTest
  static final ArchRule admissionKnowsBalance = knows("admission", CALL, SETTINGS, BALANCE, TIME);

  @ArchTest
  static final ArchRule weaveKnowsNoMesh =
      noClasses()
          .that()
          .resideInAPackage("io.inboard.weave..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.inboard..")
                  .and(
                      DescribedPredicate.not(
                          resideInAnyPackage(
                              "io.inboard.weave..", "io.inboard.boot..", "io.inboard.call.."))))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyWhatStartsItKnowsTheMesh =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.inboard.mesh..", "io.inboard.agent..", "io.inboard.command..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.inboard.mesh..");

  @ArchTest
  static final ArchRule onlyCommandsKnowTheAgent =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.inboard.agent..", "io.inboard.command..", "io.inboard.boot..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.inboard.agent..", "io.inboard.command..");

  @ArchTest
  static final ArchRule ourOwnRequestsDoNotMeetOurHooks =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAPackage("java.net.http..")
                  .or(
                      DescribedPredicate.describe(
                          "is HttpURLConnection",
                          (JavaClass c) -> c.getName().equals("java.net.HttpURLConnection"))));

  private static ArchRule knows(String name, String... others) {
    String self = "io.inboard." + name + "..";
    String[] all = new String[others.length + 3];
    all[0] = JDK;
    all[1] = JAVAX;
    all[2] = self;
    System.arraycopy(others, 0, all, 3, others.length);
    return classes()
        .that()
        .resideInAPackage(self)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(all)
                .or(
                    DescribedPredicate.describe(
                        "is a primitive", (JavaClass c) -> c.getPackageName().isEmpty())))
        .allowEmptyShould(true);
  }
}
