using Dispatch.Server.Demo;

namespace Dispatch.Drills;

/// <summary>What <c>--Demo:Load=true</c> makes, as far as the drills lean on it.</summary>
internal static class Demo
{
    /// <summary>The district where a newcomer begins, and the city that sees all districts.</summary>
    public const string Operator = "futian", CityOperator = "shenzhen", Password = LoadDemo.DefaultPassword;

    private static readonly HashSet<string> HandPhones =
        Enumerable.Range(DemoRoster.FirstHandPhone, DemoRoster.HandPhones).Select(DemoRoster.ExternalId).ToHashSet();

    /// <summary>People activate these by the codes that the demo prints; nobody is simulated on them.</summary>
    public static bool IsHandPhone(string externalId) => HandPhones.Contains(externalId);
}
