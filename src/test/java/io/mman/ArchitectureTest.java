package io.mman;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What may know of what. */
class ArchitectureTest {
  private static final Path FOLDER = Path.of(System.getProperty("mman.classes"));
  private static final JavaClasses CLASSES = new ClassFileImporter().importPath(FOLDER);

  private static final Set<String> FLAGS =
      Set.of(
          "Protection",
          "MapFlag",
          "Advice",
          "SyncFlag",
          "RemapFlag",
          "LockFlag",
          "LockAllFlag",
          "MemfdFlag",
          "FileAdvice",
          "FileSeal",
          "Errno");
  private static final Set<String> ERRORS =
      Set.of(
          "MmanException",
          "Failure",
          "ErrorPath",
          "Causes",
          "FileCauses",
          "Limits",
          "HugePages",
          "Spare",
          "Words");
  private static final Set<String> FACADE = Set.of("Mman", "Calls");
  private static final Set<String> FILES =
      Set.of(
          "NativeFile",
          "FileOperations",
          "FileLocking",
          "Opening",
          "OpenRequest",
          "Descriptor",
          "Extents",
          "PathBytes",
          "CacheStat");

  /** Top-level classes of these names, with all that is nested in them. */
  private static DescribedPredicate<JavaClass> named(Set<String> names) {
    return describe(
        "of " + names,
        type ->
            type.getPackageName().equals("io.mman")
                && names.contains(type.getName().replaceAll("^io\\.mman\\.|\\$.*$", "")));
  }

  /** All that is in no other layer: mappings, regions and what they are made of. */
  private static DescribedPredicate<JavaClass> regions() {
    return resideInAPackage("io.mman")
        .and(DescribedPredicate.not(named(FLAGS)))
        .and(DescribedPredicate.not(named(ERRORS)))
        .and(DescribedPredicate.not(named(FACADE)))
        .and(DescribedPredicate.not(named(FILES)));
  }

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void packagesKnowOnlyThoseBelowThem() {
    check(
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("api")
            .definedBy("io.mman")
            .layer("libc")
            .definedBy("io.mman.libc")
            .layer("platform")
            .definedBy("io.mman.platform")
            .layer("proc")
            .definedBy("io.mman.proc")
            .layer("events")
            .definedBy("io.mman.events")
            .whereLayer("api")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("libc")
            .mayOnlyBeAccessedByLayers("api")
            .whereLayer("proc")
            .mayOnlyBeAccessedByLayers("api")
            .whereLayer("events")
            .mayOnlyBeAccessedByLayers("api")
            .whereLayer("platform")
            .mayOnlyBeAccessedByLayers("api", "libc"));
    check(
        classes()
            .should()
            .resideInAnyPackage(
                "io.mman",
                "io.mman.libc",
                "io.mman.platform",
                "io.mman.proc",
                "io.mman.events",
                ""));
  }

  @Test
  void packagesHaveNoCycles() {
    check(slices().matching("io.(**)").should().beFreeOfCycles());
  }

  @Test
  void insideThePackageFlagsErrorsFacadeFilesAndRegionsStandOnEachOther() {
    check(
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("flags")
            .definedBy(named(FLAGS))
            .layer("errors")
            .definedBy(named(ERRORS))
            .layer("facade")
            .definedBy(named(FACADE))
            .layer("files")
            .definedBy(named(FILES))
            .layer("regions")
            .definedBy(regions())
            .whereLayer("regions")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("files")
            .mayOnlyBeAccessedByLayers("regions")
            .whereLayer("facade")
            .mayOnlyBeAccessedByLayers("files", "regions")
            .whereLayer("errors")
            .mayOnlyBeAccessedByLayers("facade", "files", "regions"));
  }

  @Test
  void onlyOnePackageCallsC() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("io.mman.libc")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Linker.class, SymbolLookup.class));
  }

  @Test
  void nothingGetsAroundTheJdk() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("sun..", "jdk.internal..", "com.sun..")));
    check(
        noClasses()
            .should()
            .callMethodWhere(
                target(name("setAccessible").or(name("loadLibrary")).or(name("load")))));
    check(noMethods().should().haveModifier(JavaModifier.NATIVE));
  }

  /** A caller could not even name such a type: its package is not exported. */
  @Test
  void noInternalTypeShowsInAPublicSignature() {
    check(
        noMethods()
            .that()
            .areDeclaredInClassesThat(resideInAPackage("io.mman"))
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .arePublic()
            .should()
            .haveRawReturnType(resideInAPackage("io.mman.*")));
  }

  @Test
  void theModuleExportsOnePackageAndNeedsTheBaseAlone() throws IOException {
    try (InputStream in = Files.newInputStream(FOLDER.resolve("module-info.class"))) {
      ModuleDescriptor module = ModuleDescriptor.read(in);

      assertEquals(
          Set.of("io.mman"),
          module.exports().stream()
              .filter(exports -> !exports.isQualified())
              .map(ModuleDescriptor.Exports::source)
              .collect(Collectors.toSet()));
      assertEquals(
          Set.of("java.base"),
          module.requires().stream()
              .filter(requires -> !requires.modifiers().contains(Modifier.STATIC))
              .map(ModuleDescriptor.Requires::name)
              .collect(Collectors.toSet()));
      assertEquals(Set.of(), module.opens());
      assertEquals(false, module.isOpen());
    }
  }
}
