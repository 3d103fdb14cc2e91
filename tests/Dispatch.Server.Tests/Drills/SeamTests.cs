using System.Reflection;
using Xunit;

namespace Dispatch.Server.Tests.Drills;

/// <summary>Crash points and broken rules exist in the drill build alone.</summary>
public sealed class SeamTests
{
    [Fact]
    public void The_shipped_server_holds_no_body_behind_its_seams()
    {
        var seam = typeof(Node).Assembly.GetType("Dispatch.Server.DrillSeam", throwOnError: true)!;
        var members = seam.GetMembers(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Select(member => member.Name);
        Assert.Equal(["Breaks", "Pass", "Polled", "Sql"], members.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_rule_of_the_shipped_server_cannot_be_broken_by_the_environment()
    {
        Environment.SetEnvironmentVariable("DISPATCH_DRILL_MUTANT", "no-region-filter");
        Environment.SetEnvironmentVariable("DISPATCH_DRILL_CRASH", "before-commit:1");
        try
        {
            DrillSeam.Pass("before-commit");
            Assert.False(DrillSeam.Breaks("no-region-filter"));
            Assert.False(Dispatch.Server.Access.Caller.Covers("44.4403.440304", "44.4403.440303"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("DISPATCH_DRILL_MUTANT", null);
            Environment.SetEnvironmentVariable("DISPATCH_DRILL_CRASH", null);
        }
    }
}
