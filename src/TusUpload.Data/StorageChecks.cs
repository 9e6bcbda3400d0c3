using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data;

/// <summary>
/// The invariant of every level that counts storage. That reserved + used stays within the limit is held by the statements that reserve, not
/// here: an owner may lower a limit below what is used already.
/// </summary>
internal static class StorageChecks
{
    public static void HasStorageChecks<T>(this TableBuilder<T> table, string name)
        where T : class
    {
        table.HasCheckConstraint($"ck_{name}_storage_used", "storage_used >= 0");
        table.HasCheckConstraint($"ck_{name}_storage_reserved", "storage_reserved >= 0");
        table.HasCheckConstraint($"ck_{name}_storage_limit", "storage_limit >= 0");
    }
}
